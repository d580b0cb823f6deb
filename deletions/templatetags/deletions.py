from django.template import Library

from deletions.advice import advice_on

register = Library()
register.filter("advice", advice_on)
